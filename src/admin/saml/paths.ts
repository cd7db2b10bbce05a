export {
  ACTIVITY,
  domainPath,
  guidePath,
  importPath,
  keysPath,
  providerPath,
  providersPath,
  SAML,
  versionsPath,
} from '../../paths.ts';
