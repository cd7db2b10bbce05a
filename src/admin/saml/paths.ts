export {
  ACTIVITY,
  autoLoginPath,
  domainPath,
  guidePath,
  importPath,
  keysPath,
  providerPath,
  providersPath,
  SAML,
  setupLinkPath,
  setupLinksPath,
  versionsPath,
} from '../../paths.ts';
