export {
  ACTIVITY,
  domainPath,
  guidePath,
  importPath,
  providerPath,
  providersPath,
  SAML,
  versionsPath,
} from '../../paths.ts';
