export { ACTIVITY, domainPath, importPath, providerPath, providersPath, SAML, versionsPath } from '../../paths.ts';
