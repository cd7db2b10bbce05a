import { namespaces, statusCodes } from './names.ts';
import { SamlError } from './samlError.ts';
import { parseXml } from './xml.ts';

export type AuthnRequest = {
  id: string;
  issuer: string;
  destination: string | undefined;
  acsUrl: string | undefined;
  protocolBinding: string | undefined;
  forceAuthn: boolean;
  isPassive: boolean;
  authnContext: { comparison: string; classRefs: string[] } | undefined;
};

export type LogoutRequest = {
  id: string;
  issuer: string;
  destination: string | undefined;
  nameId: string;
  sessionIndexes: string[];
};

export type LogoutResponse = {
  id: string;
  issuer: string;
  destination: string | undefined;
  inResponseTo: string | undefined;
  isSuccess: boolean;
};

/** Reads an AuthnRequest (saml-core 3.4.1). Throws a SamlError. */
export function readAuthnRequest(xml: string): AuthnRequest {
  const root = readRoot(xml, 'AuthnRequest');
  const context = child(root, namespaces.protocol, 'RequestedAuthnContext');
  return {
    ...readCommon(root),
    acsUrl: attribute(root, 'AssertionConsumerServiceURL'),
    protocolBinding: attribute(root, 'ProtocolBinding'),
    forceAuthn: readBoolean(root, 'ForceAuthn'),
    isPassive: readBoolean(root, 'IsPassive'),
    authnContext: context && {
      comparison: attribute(context, 'Comparison') ?? 'exact',
      classRefs: children(context, namespaces.assertion, 'AuthnContextClassRef').map(textOf),
    },
  };
}

/** Reads a LogoutRequest (saml-core 3.7.1). Throws a SamlError. */
export function readLogoutRequest(xml: string): LogoutRequest {
  const root = readRoot(xml, 'LogoutRequest');
  const nameId = child(root, namespaces.assertion, 'NameID');
  if (!nameId) throw new SamlError('The LogoutRequest has no NameID.');
  return {
    ...readCommon(root),
    nameId: textOf(nameId),
    sessionIndexes: children(root, namespaces.protocol, 'SessionIndex').map(textOf),
  };
}

/** Reads a LogoutResponse (saml-core 3.7.2). Throws a SamlError. */
export function readLogoutResponse(xml: string): LogoutResponse {
  const root = readRoot(xml, 'LogoutResponse');
  const status = child(root, namespaces.protocol, 'Status');
  const code = status && child(status, namespaces.protocol, 'StatusCode');
  return {
    ...readCommon(root),
    inResponseTo: attribute(root, 'InResponseTo'),
    isSuccess: code !== undefined && attribute(code, 'Value') === statusCodes.success,
  };
}

function readRoot(xml: string, name: string): Element {
  const root = parseXml(xml).documentElement;
  if (root.namespaceURI !== namespaces.protocol || root.localName !== name)
    throw new SamlError(`The message is not a SAML 2.0 ${name}.`);
  if (attribute(root, 'Version') !== '2.0') throw new SamlError('The Version of the message is not 2.0.');
  return root;
}

function readCommon(root: Element): { id: string; issuer: string; destination: string | undefined } {
  const id = attribute(root, 'ID');
  const issuer = child(root, namespaces.assertion, 'Issuer');
  if (!id || !/^[A-Za-z_][\w.-]{0,255}$/.test(id)) throw new SamlError('The ID of the message is missing or invalid.');
  if (!issuer) throw new SamlError('The message has no Issuer.');
  return { id, issuer: textOf(issuer), destination: attribute(root, 'Destination') };
}

function attribute(from: Element, name: string): string | undefined {
  return from.hasAttribute(name) ? (from.getAttribute(name) ?? undefined) : undefined;
}

function readBoolean(from: Element, name: string): boolean {
  return ['true', '1'].includes(attribute(from, name) ?? 'false');
}

function children(parent: Element, namespace: string, name: string): Element[] {
  return Array.from(parent.childNodes).filter(
    (node): node is Element =>
      node.nodeType === 1 && (node as Element).namespaceURI === namespace && (node as Element).localName === name,
  );
}

function child(parent: Element, namespace: string, name: string): Element | undefined {
  return children(parent, namespace, name)[0];
}

function textOf(from: Element): string {
  return (from.textContent ?? '').trim();
}
