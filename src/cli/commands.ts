import { activityCommands } from './activity.ts';
import { attributeCommands } from './attributes.ts';
import { auditCommands } from './audit.ts';
import { auditChainCommands } from './auditChain.ts';
import { auditSyslogCommands } from './auditSyslog.ts';
import type { Command } from './command.ts';
import { domainKeyCommands } from './domainKeys.ts';
import { domainCommands } from './domains.ts';
import { groupCommands } from './groups.ts';
import { guideCommands } from './guide.ts';
import { healthCommands } from './health.ts';
import { providerCommands } from './identityProviders.ts';
import { jobCommands } from './jobs.ts';
import { logInScreenCommands } from './logInScreen.ts';
import { loginTestCommands } from './loginTests.ts';
import { metadataCommands } from './metadata.ts';
import { notificationCommands } from './notifications.ts';
import { peopleCommands } from './people.ts';
import { personDataCommands } from './personData.ts';
import { providerPeopleCommands } from './providerPeople.ts';
import { recoverCommands } from './recover.ts';
import { scimCommands } from './scim.ts';
import { scimAttributeCommands } from './scimAttributes.ts';
import { secondFactorCommands } from './secondFactors.ts';
import { sessionCommands } from './sessions.ts';
import { setupLinkCommands } from './setupLinks.ts';
import { webhookCommands } from './webhooks.ts';

/** All commands, in the order of --help. */
export const commands: Command[] = [
  ...peopleCommands,
  ...recoverCommands,
  ...personDataCommands,
  ...groupCommands,
  ...attributeCommands,
  ...jobCommands,
  ...domainCommands,
  ...logInScreenCommands,
  ...guideCommands,
  ...setupLinkCommands,
  ...domainKeyCommands,
  ...providerCommands,
  ...providerPeopleCommands,
  ...metadataCommands,
  ...loginTestCommands,
  ...scimCommands,
  ...scimAttributeCommands,
  ...activityCommands,
  ...auditCommands,
  ...auditChainCommands,
  ...auditSyslogCommands,
  ...healthCommands,
  ...notificationCommands,
  ...webhookCommands,
  ...sessionCommands,
  ...secondFactorCommands,
];
