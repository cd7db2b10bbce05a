import { fixture } from './fixtures.ts';

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata';
const UI = 'urn:oasis:names:tc:SAML:metadata:ui';
const [okta = ''] = /<md:EntityDescriptor[\s\S]*<\/md:EntityDescriptor>/.exec(fixture('okta')) ?? [];

/** Returns the EntityID of the identity provider with a number in `federationOf`. */
export function memberId(number: number): string {
  return `https://idp${number}.example.org/idp`;
}

/** Returns the aggregate of a federation: identity providers "University 1" to "University N", each after a service provider, in nested collections. */
export function federationOf(
  count: number,
  attributes = 'validUntil="2036-01-01T00:00:00Z" cacheDuration="PT6H"',
): string {
  const members = Array.from({ length: count }, (_, index) => serviceProvider(index + 1) + identityProvider(index + 1));
  const half = Math.ceil(count / 2);
  const nested = `<md:EntitiesDescriptor Name="others">${members.slice(half).join('\n')}</md:EntitiesDescriptor>`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<md:EntitiesDescriptor xmlns:md="${MD}" xmlns:mdui="${UI}" ${attributes}>\n` +
    `<!-- ${count} members -->\n${members.slice(0, half).join('\n')}\n${nested}\n</md:EntitiesDescriptor>\n`
  );
}

function serviceProvider(number: number): string {
  return (
    `<md:EntityDescriptor entityID="https://sp${number}.example.org/"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
    `<md:AssertionConsumerService index="1" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp${number}.example.org/acs"/>` +
    '</md:SPSSODescriptor></md:EntityDescriptor>'
  );
}

function identityProvider(number: number): string {
  const info = `<md:Extensions><mdui:UIInfo><mdui:DisplayName xml:lang="en">University ${number}</mdui:DisplayName></mdui:UIInfo></md:Extensions>`;
  return okta
    .replace(/entityID="[^"]*"/, `entityID="${memberId(number)}"`)
    .replace(/(<md:IDPSSODescriptor[^>]*>)/, `$1${info}`)
    .replaceAll('rivet.okta.com', `idp${number}.example.org`);
}
