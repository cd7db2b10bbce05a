import { expect } from 'chai';
import { tables } from '../src/db/schema.ts';
import { codeOf, filesIn, type Import, importsOf, read, targetOf } from './support/sourceFiles.ts';

/** What may happen to people, sources and providers, from a screen, the command line or SCIM. */
const domain = ['audit', 'people', 'sources', 'login', 'jobs', 'federation', 'webhooks'];

/** What each part may import, beside itself and the plain modules at the top of src/ (config, deps, errors, …). */
const mayImport: Record<string, string[]> = {
  db: [],
  xml: [],
  store: ['db'],
  // One layer: they may use each other, as long as no circle of files comes of it.
  audit: ['store', ...domain],
  people: ['store', ...domain],
  sources: ['store', ...domain],
  login: ['store', ...domain],
  jobs: ['store', ...domain],
  federation: ['store', 'xml', ...domain],
  webhooks: ['store', ...domain],
  health: ['store', ...domain],
  notifications: ['store', 'health', ...domain],
  web: ['store', ...domain],
  saml: ['store', 'xml', 'web', ...domain],
  scim: ['store', 'web', ...domain],
  admin: ['store', 'web', 'saml', 'scim', 'health', 'notifications', ...domain], // saml: the checks and messages of an attempt; scim: the mapping and its try-out
  intranet: ['store', 'web', 'saml', 'notifications', ...domain], // saml: the checks of a Test login of a setup link's visitor
  'app.ts': ['web', 'saml', 'scim', 'admin', 'intranet'],
  'openDeps.ts': ['db', 'federation', 'login', 'people', 'webhooks'],
  'server.ts': [],
  'main.ts': ['app.ts', 'openDeps.ts', 'server.ts', 'store', 'notifications', ...domain],
  'cli.ts': ['cli', 'openDeps.ts', 'store', ...domain],
  cli: ['openDeps.ts', 'store', 'saml', 'scim', 'health', 'notifications', ...domain], // saml: the checks and messages of an attempt; scim: the mapping and its try-out
};

/** Files at the top of src/ that everything may import, and that import only each other. Types alone may come from below. */
const plain = [
  'background.ts',
  'config.ts',
  'counted.ts',
  'deps.ts',
  'envFile.ts',
  'errors.ts',
  'formText.ts',
  'guardedRequest.ts',
  'identifier.ts',
  'network.ts',
  'paths.ts',
  'privateFile.ts',
  'secrets.ts',
  'syslogReceiver.ts',
];

/** Values of a part that others need too: what an error of the engine means, and the verifier of signatures, for those on metadata. */
const openToAll = ['db/uniqueViolation.ts', 'saml/verify/signedDocument.ts'];

/** Packages that only some may import. */
const owners: [RegExp, RegExp][] = [
  [/^(node:sqlite|pg)$/, /^db\//],
  [/^kysely$/, /^(db|store|scim)\//],
  [/^(@node-saml\/|passport-saml)/, /^saml\/request\/serviceProvider\.ts$/],
  [/^xml-crypto$/, /^saml\/request\/signXml\.ts$/],
  [/^nodemailer$/, /^notifications\/sendMail\.ts$/],
  [/^node:dgram$/, /^audit\/syslog\/send\.ts$/],
  [/^ipaddr\.js$/, /^network\.ts$/],
  [/^xml2js$/, /^federation\/metadata\//],
  [/^otplib$/, /^login\/authenticatorApp\.ts$/],
  [/^@simplewebauthn\//, /^login\/passkeys\.ts$/],
  [/^(express|express-session|ejs|helmet|passport)$/, /^(web|saml|scim|admin|intranet|app\.ts)/],
];

/** The files where the outside comes in: the environment, the time, randomness, addresses. */
const edges = {
  'process.env': ['main.ts', 'cli.ts'],
  'Date.now': ['openDeps.ts'],
  'new Date()': [],
  'Math.random': [],
  'performance.now': [],
  'crypto.randomBytes': ['openDeps.ts'],
  'isIP(': ['network.ts'],
  BlockList: [],
};

/** Files past 250 lines, with the reason. */
const long: Record<string, string> = {
  'db/schema.ts': 'one list of all tables and columns',
};

/** Where the tests of a file are that has no test file of its own name. The test imports it, or a part of src/ that it is a part of, or is over HTTP or the command line. */
const testedIn: Record<string, string> = {
  'admin/logPage.ts': 'admin/audit/list.test.ts',
  'admin/saml/target.ts': 'admin/saml/import.test.ts',
  'audit/actor.ts': 'audit/record.test.ts',
  'audit/syslog/move.ts': 'cli/auditSyslog.test.ts',
  'audit/syslog/progress.ts': 'audit/syslog/forward.test.ts',
  'audit/syslog/status.ts': 'cli/auditSyslog.test.ts',
  'syslogReceiver.ts': 'config.test.ts',
  'audit/auditExport.ts': 'admin/audit/export.test.ts',
  'audit/auditFilter.ts': 'admin/audit/list.test.ts',
  'audit/auditDays.ts': 'audit/retention.test.ts',
  'audit/signature.ts': 'audit/verify.test.ts',
  'audit/auditNames.ts': 'audit/values.test.ts',
  'audit/lastVerification.ts': 'admin/audit/integrity.test.ts',
  'cli/searching.ts': 'cli/audit.test.ts',
  'audit/references.ts': 'admin/audit/list.test.ts',
  'audit/shownEntry.ts': 'admin/audit/list.test.ts',
  'audit/chain.ts': 'audit/seal.test.ts',
  'audit/checkpoint.ts': 'audit/verify.test.ts',
  'audit/erasure.ts': 'audit/verify.test.ts',
  'audit/findCut.ts': 'audit/retention.test.ts',
  'audit/verification.ts': 'audit/verify.test.ts',
  'audit/verifyCheckpoint.ts': 'audit/verify.test.ts',
  'audit/verifyEntries.ts': 'audit/verify.test.ts',
  'store/auditCheckpoints.ts': 'audit/verify.test.ts',
  'store/auditChain.ts': 'audit/seal.test.ts',
  'audit/saveSetting.ts': 'audit/settings.test.ts',
  'db/statements.ts': 'db/migrations.test.ts',
  'store/audit.ts': 'audit/record.test.ts',
  'store/auditReferences.ts': 'admin/audit/list.test.ts',
  'login/rangeFilter.ts': 'admin/audit/list.test.ts',
  'web/sendExport.ts': 'admin/activity/export.test.ts',
  'web/actor.ts': 'admin/controlPanel.test.ts',
  'db/federationSteps.ts': 'db/migrations.test.ts',
  'notifications/loginMails.ts': 'intranet/forgotPassword.test.ts',
  'admin/people/passwordLink.ts': 'intranet/newPassword.test.ts',
  'login/passwordLinks.ts': 'intranet/newPassword.test.ts',
  'store/passwordLinks.ts': 'intranet/newPassword.test.ts',
  'intranet/localSession.ts': 'intranet/login.test.ts',
  'intranet/security/app.ts': 'intranet/security/overview.test.ts',
  'intranet/security/confirm.ts': 'intranet/security/overview.test.ts',
  'intranet/security/page.ts': 'intranet/security/overview.test.ts',
  'intranet/security/passkeys.ts': 'intranet/security/overview.test.ts',
  'intranet/security/recoveryCodes.ts': 'intranet/security/overview.test.ts',
  'intranet/security/remove.ts': 'intranet/security/overview.test.ts',
  'login/activityNames.ts': 'admin/activity/list.test.ts',
  'login/authenticatorApp.ts': 'intranet/secondStep.test.ts',
  'store/loggedOutSessions.ts': 'saml/verify/loggedOut.test.ts',
  'login/credentials.ts': 'web/session.test.ts',
  'login/renamePasskey.ts': 'intranet/security/overview.test.ts',
  'intranet/security/rename.ts': 'intranet/security/overview.test.ts',
  'login/passkeyLogin.ts': 'intranet/passkeyLogin.test.ts',
  'login/passkeys.ts': 'intranet/passkeyLogin.test.ts',
  'login/proof.ts': 'intranet/secondStep.test.ts',
  'login/recordSecondFactors.ts': 'audit/sessions.test.ts',
  'login/recordSessions.ts': 'audit/sessions.test.ts',
  'login/recoveryCodes.ts': 'intranet/secondStep.test.ts',
  'login/secondFactorSetting.ts': 'cli/secondFactors.test.ts',
  'login/secondFactors.ts': 'admin/people/secondFactors.test.ts',
  'login/secondStep.ts': 'intranet/secondStep.test.ts',
  'store/passkeyChallenges.ts': 'intranet/passkeyLogin.test.ts',
  'store/secondFactors.ts': 'intranet/passkeyLogin.test.ts',
  'store/secondSteps.ts': 'intranet/secondStep.test.ts',
  'admin/sessions/end.ts': 'admin/sessions/list.test.ts',
  'admin/sessions/filter.ts': 'admin/sessions/list.test.ts',
  'admin/sessions/limits.ts': 'admin/sessions/list.test.ts',
  'saml/logout/content.ts': 'saml/logout/pipeline.test.ts',
  'saml/logout/context.ts': 'saml/logout/pipeline.test.ts',
  'saml/logout/message.ts': 'saml/logout/pipeline.test.ts',
  'saml/logout/respond.ts': 'saml/logout/receive.test.ts',
  'saml/request/bindings.ts': 'saml/request/serviceProvider.test.ts',
  'store/logoutRequests.ts': 'saml/logout/ours.test.ts',
  'admin/activity/logout.ts': 'saml/logout/ours.test.ts',
  'login/openSessions.ts': 'admin/sessions/list.test.ts',
  'admin/saml/setupLink.ts': 'admin/saml/setupLinks.test.ts',
  'federation/metadataSource.ts': 'federation/importMetadata.test.ts',
  'intranet/provider-setup/closed.ts': 'intranet/provider-setup/routes.test.ts',
  'intranet/provider-setup/metadata.ts': 'intranet/provider-setup/routes.test.ts',
  'intranet/provider-setup/send.ts': 'intranet/provider-setup/routes.test.ts',
  'intranet/provider-setup/start.ts': 'intranet/provider-setup/routes.test.ts',
  'intranet/provider-setup/status.ts': 'intranet/provider-setup/routes.test.ts',
  'intranet/provider-setup/values.ts': 'intranet/provider-setup/routes.test.ts',
  'intranet/provider-setup/visitor.ts': 'intranet/provider-setup/routes.test.ts',
  'store/providerSetups.ts': 'federation/providerSetups/links.test.ts',
  'web/setupVisitor.ts': 'intranet/provider-setup/routes.test.ts',
  'people/intranetMark.ts': 'admin/general.test.ts',
  'federation/emailDomains.ts': 'intranet/emailFirst.test.ts',
  'federation/logos.ts': 'intranet/emailFirst.test.ts',
  'store/providerLogos.ts': 'intranet/emailFirst.test.ts',
  'web/lastProvider.ts': 'intranet/emailFirst.test.ts',
  'web/sentLogin.ts': 'intranet/offers.test.ts',
  'web/pictures.ts': 'admin/general.test.ts',
  'admin/activity/applyRepair.ts': 'admin/saml/tests.test.ts',
  'admin/activity/testFacts.ts': 'admin/saml/tests.test.ts',
  'admin/attributes/form.ts': 'admin/attributes/edit.test.ts',
  'admin/attributes/list.ts': 'admin/attributes/edit.test.ts',
  'admin/attributes/new.ts': 'admin/attributes/edit.test.ts',
  'admin/attributes/remove.ts': 'admin/attributes/edit.test.ts',
  'admin/ownTest.ts': 'admin/saml/tests.test.ts',
  'admin/people/form.ts': 'admin/people/edit.test.ts',
  'admin/profile-sources/guides.ts': 'admin/profile-sources/scim.test.ts',
  'admin/profile-sources/overview.ts': 'admin/profile-sources/scim.test.ts',
  'admin/routes.ts': 'admin/controlPanel.test.ts',
  'admin/saml/keyChange.ts': 'admin/saml/keys.test.ts',
  'admin/saml/providerForm.ts': 'admin/saml/provider.test.ts',
  'admin/saml/versions.ts': 'admin/saml/version.test.ts',
  'cli/help.ts': 'cli/run.test.ts',
  'cli/targets.ts': 'cli/domains.test.ts',
  'cli/importProvider.ts': 'cli/identityProviders.test.ts',
  'cli/providerShown.ts': 'cli/identityProviders.test.ts',
  'db/createTables.ts': 'db/migrations.test.ts',
  'db/engineErrors.ts': 'db/postgres.test.ts',
  'db/open.ts': 'db/migrations.test.ts',
  'db/postgresPool.ts': 'db/postgres.test.ts',
  'db/sqliteStatements.ts': 'db/durability.test.ts',
  'store/userPairs.ts': 'store/userSearch.test.ts',
  'db/sharedLoginNames.ts': 'db/migrations.test.ts',
  'db/uniqueViolation.ts': 'web/errorPage.test.ts',
  'errors.ts': 'scim/http/errors.test.ts',
  'guardedRequest.ts': 'federation/metadata/fetchMetadata.test.ts',
  'federation/metadata/changes.ts': 'admin/saml/import.test.ts',
  'federation/refreshSchedule.ts': 'federation/refreshMetadata.test.ts',
  'federation/waitingMetadata.ts': 'federation/refreshMetadata.test.ts',
  'federation/changeDomain.ts': 'audit/domains.test.ts',
  'federation/recordProvider.ts': 'audit/providers.test.ts',
  'federation/providerDomains.ts': 'federation/importTarget.test.ts',
  'federation/providerSetups/recordLink.ts': 'audit/setupLinks.test.ts',
  'webhooks/recordWebhook.ts': 'audit/webhooks.test.ts',
  'webhooks/nameOfWebhook.ts': 'admin/webhooks/webhook.test.ts',
  'federation/loginTests.ts': 'saml/testLogin.test.ts',
  'federation/providerState.ts': 'admin/saml/tests.test.ts',
  'federation/metadata/refusal.ts': 'federation/metadata/fetchMetadata.test.ts',
  'federation/peopleRules.ts': 'admin/saml/providerPeople.test.ts',
  'store/providerDomains.ts': 'store/identityProviders.test.ts',
  'federation/sentPreview.ts': 'admin/saml/providerPeople.test.ts',
  'federation/sentPerson.ts': 'saml/verify/sentPeople.test.ts',
  'admin/owner.ts': 'admin/saml/providerPeople.test.ts',
  'people/sentGroups.ts': 'saml/verify/sentPeople.test.ts',
  'people/sentValues.ts': 'saml/verify/sentPeople.test.ts',
  'federation/refusalMessages.ts': 'federation/reasons.test.ts',
  'admin/activity/charts.ts': 'admin/activity/list.test.ts',
  'cli/activityShow.ts': 'cli/activity.test.ts',
  'login/activityExport.ts': 'admin/activity/export.test.ts',
  'login/activityFilter.ts': 'admin/activity/list.test.ts',
  'login/changePassword.ts': 'intranet/changePassword.test.ts',
  'login/limits.ts': 'login/localLogin.test.ts',
  'paths.ts': 'admin/saml/domains.test.ts',
  'people/attribute.ts': 'people/attributes.test.ts',
  'people/customValue.ts': 'people/customAttributes.test.ts',
  'people/importErrors.ts': 'admin/people/import.test.ts',
  'people/importOrder.ts': 'people/csvReferences.test.ts',
  'people/importPeople.ts': 'admin/people/import.test.ts',
  'people/localPassword.ts': 'people/users.test.ts',
  'people/references.ts': 'scim/resources/customResource.test.ts',
  'people/recordGroup.ts': 'audit/groups.test.ts',
  'people/search.ts': 'people/attributes.test.ts',
  'people/values.ts': 'people/attributes.test.ts',
  'saml/acs/finishTest.ts': 'saml/testLogin.test.ts',
  'saml/checkResults.ts': 'saml/acs/activity.test.ts',
  'saml/request/signXml.ts': 'saml/metadata.test.ts',
  'saml/acs/refusalPage.ts': 'saml/routes.test.ts',
  'saml/messages/places.ts': 'saml/messages/view.test.ts',
  'scim/http/preconditions.ts': 'scim/resources/operations.test.ts',
  'scim/mapping/rolledBack.ts': 'scim/mapping/tryOut.test.ts',
  'scim/protocol/comparisonSql.ts': 'scim/protocol/filterSql.test.ts',
  'scim/protocol/filterCost.ts': 'scim/protocol/scan.test.ts',
  'scim/protocol/lookup.ts': 'scim/protocol/scan.test.ts',
  'scim/protocol/operand.ts': 'scim/protocol/filterSql.test.ts',
  'scim/schema/json.ts': 'scim/schema/readResource.test.ts',
  'scim/schema/attribute.ts': 'scim/protocol/matchFilter.test.ts',
  'scim/schema/user.ts': 'scim/resources/customResource.test.ts',
  'store/directoryCounts.ts': 'store/userSearch.test.ts',
  'store/userOrder.ts': 'store/userSearch.test.ts',
  'store/userPlan.ts': 'store/userSearch.test.ts',
  'store/groupMembers.ts': 'store/groups.test.ts',
  'store/metadataCollections.ts': 'federation/importMetadata.test.ts',
  'store/metadataFetches.ts': 'federation/keyRollover.test.ts',
  'store/loginTraffic.ts': 'federation/traffic.test.ts',
  'store/metadataImports.ts': 'store/identityProviders.test.ts',
  'store/metadataRefreshes.ts': 'federation/refreshMetadata.test.ts',
  'store/metadataVersions.ts': 'federation/metadataVersions.test.ts',
  'store/loginMessages.ts': 'store/expired.test.ts',
  'store/loginSurvey.ts': 'store/loginSearch.test.ts',
  'store/loginCounts.ts': 'store/loginActivity.test.ts',
  'people/nestedGroups.ts': 'scim/resources/nestedGroups.test.ts',
  'sources/recordSource.ts': 'audit/sources.test.ts',
  'sources/accessTokens.ts': 'scim/http/tokenEndpoint.test.ts',
  'store/nestedGroups.ts': 'scim/resources/nestedGroups.test.ts',
  'store/lockedOut.ts': 'federation/lockedOut.test.ts',
  'store/loginTests.ts': 'saml/testLogin.test.ts',
  'store/marked.ts': 'people/changeCustomAttribute.test.ts',
  'store/selection.ts': 'scim/protocol/paging.test.ts',
  'web/starter.ts': 'saml/testLogin.test.ts',
  'web/personForm.ts': 'intranet/editProfile.test.ts',
  'web/personFields.ts': 'admin/people/edit.test.ts',
  'admin/attention.ts': 'admin/controlPanel.test.ts',
  'health/sourceNotices.ts': 'health/findHealth.test.ts',
  'health/mail.ts': 'admin/notifications.test.ts',
  'notifications/contacts.ts': 'notifications/notify.test.ts',
  'notifications/mailer.ts': 'admin/notifications.test.ts',
  'notifications/smtpFault.ts': 'notifications/sendMail.test.ts',
  'notifications/track.ts': 'notifications/notify.test.ts',
  'notifications/turn.ts': 'notifications/notify.test.ts',
  'store/healthCauses.ts': 'notifications/notify.test.ts',
  'store/sentMails.ts': 'notifications/notify.test.ts',
  'health/webhooks.ts': 'admin/webhooks/webhook.test.ts',
  'admin/webhooks/deliveries.ts': 'admin/webhooks/webhook.test.ts',
  'admin/webhooks/delivery.ts': 'admin/webhooks/webhook.test.ts',
  'admin/webhooks/form.ts': 'admin/webhooks/webhook.test.ts',
  'admin/webhooks/list.ts': 'admin/webhooks/webhook.test.ts',
  'admin/webhooks/new.ts': 'admin/webhooks/webhook.test.ts',
  'admin/webhooks/remove.ts': 'admin/webhooks/webhook.test.ts',
  'webhooks/events.ts': 'people/recordPerson.test.ts',
  'webhooks/publish.ts': 'people/recordPerson.test.ts',
  'webhooks/send.ts': 'webhooks/worker.test.ts',
  'webhooks/signature.ts': 'webhooks/worker.test.ts',
  'webhooks/target.ts': 'webhooks/webhooks.test.ts',
  'store/webhookDeliveries.ts': 'webhooks/worker.test.ts',
  'store/webhooks.ts': 'webhooks/webhooks.test.ts',
  'xml/characters.ts': 'xml/parse.test.ts',
  'xml/error.ts': 'xml/parse.test.ts',
  'xml/reader.ts': 'xml/parse.test.ts',
  'xml/scope.ts': 'xml/parse.test.ts',
  'xml/startTag.ts': 'xml/parse.test.ts',
  'xml/tree.ts': 'xml/parse.test.ts',
};

/**
 * The modules of store/ whose writers change what the audit log must tell. Modules that call them record the change. What need not be recorded
 * is listed with the reason.
 */
const audited: Record<string, Record<string, string>> = {
  'store/writeUsers.ts': { writeLastLogin: 'a login is in Login activity' },
  'store/groups.ts': { updateGroupsOfUser: 'only the version of a group changes' },
  'store/groupMembers.ts': {},
  'store/passwordLinks.ts': {
    deletePasswordLinks: 'a new password, which is recorded, ends the links before',
  },
  'store/profileSources.ts': { addCalls: 'is a count' },
  'store/secondFactors.ts': { usePasskey: 'a login is in Login activity', useTimeStep: 'a login is in Login activity' },
  'store/sessions.ts': {
    writeSession: 'a login is in Login activity',
    updateSession: 'says what a browser does',
    touchSession: 'says when a browser was seen',
    deleteSession: 'a logout is in Login activity',
    shortenSessions: 'follows from the limits of a domain',
  },
  'store/nestedGroups.ts': {
    takeNestingTurn: 'is a lock',
    refreshAncestors: 'derived from the members',
  },
  'store/settings.ts': {
    writeSetting: 'takes only what the program keeps for itself (settingTitles)',
    replaceSetting: 'as writeSetting',
    addSetting: 'as writeSetting',
    takeSetting: 'as writeSetting',
    checkDatabase: 'changes nothing',
    checkWrites: 'is undone',
  },
  'store/domains.ts': {},
  'store/identityProviders.ts': {},
  'store/providerDomains.ts': {},
  'store/providerLogos.ts': {},
  'store/providerSetups.ts': {
    writeProposal: 'is recorded once the visitor sends it',
  },
  'store/metadataFetches.ts': {
    recordMetadataFetch: 'says what a provider does',
    deleteMetadataFetches: 'follows from the removal of a provider',
  },
  'store/sourceNotices.ts': {
    isNoticeKind: 'changes nothing',
    insertNotice: 'reports a request, which is in the SCIM log',
    deleteNotices: 'follows from a change of the source',
  },
  'store/webhooks.ts': {
    leaseWebhook: 'says which process delivers',
    releaseWebhook: 'says which process delivers',
  },
};

/** Modules that record changes with the function of audit/record.ts, or are it. */
const recorders = [
  'audit/record.ts',
  'audit/saveSetting.ts',
  'federation/changeDomain.ts',
  'federation/providerSetups/recordLink.ts',
  'federation/recordProvider.ts',
  'login/recordSecondFactors.ts',
  'login/recordSessions.ts',
  'people/recordGroup.ts',
  'people/recordPerson.ts',
  'sources/recordSource.ts',
  'webhooks/recordWebhook.ts',
];

/** Modules that change something within a change that their callers record. */
const recordedByCallers: Record<string, string> = {
  'intranet/security/app.ts': 'login/secondFactors.ts',
  'intranet/security/passkeys.ts': 'login/secondFactors.ts',
  'login/recoveryCodes.ts': 'login/secondFactors.ts and login/secondStep.ts',
  'people/nestedGroups.ts': 'people/groups.ts and scim/resources/groups.ts',
  'scim/resources/members.ts': 'scim/resources/groups.ts',
};

/** Deletes rows of all tables, only because they have expired. */
const EXPIRED = 'store/expired.ts';

/** Views that another file renders than the one of the same path, with the reason. */
const renderedElsewhere: Record<string, string> = {
  'intranet/logout': 'the page that asks whether to log out belongs to the login',
};

const MAX_VIEW_LINE = 160;

const files = filesIn('src').map(inSrc);
const imports = files
  .flatMap((file) => importsOf(`src/${file}`))
  .map((entry) => ({ ...entry, file: inSrc(entry.file) }));

describe('architecture', () => {
  it('knows every part of src/', () => {
    const parts = new Set(files.map(partOf));
    expect([...parts].filter((part) => !(part in mayImport) && !plain.includes(part))).to.deep.equal([]);
  });

  it('lets imports run one way', () => {
    expect(
      imports
        .filter((entry) => entry.from.startsWith('.'))
        .filter(isAgainstTheRule)
        .map(asLine),
    ).to.deep.equal([]);
  });

  it('has no circle of files that import each other', () => {
    expect(circles()).to.deep.equal([]);
  });

  it('keeps each package where it belongs', () => {
    const astray = imports.filter(({ file, from }) =>
      owners.some(([name, place]) => name.test(from) && !place.test(file)),
    );
    expect(astray.map(asLine)).to.deep.equal([]);
  });

  it('takes the environment, the time and randomness at the edges alone', () => {
    const found = files.flatMap((file) => outsideIn(file).map((what) => `${file}: ${what}`));
    expect(found).to.deep.equal([]);
  });

  it('keeps the stand-in identity provider and the app apart', () => {
    const crossing = (folder: string, forbidden: RegExp) =>
      filesIn(folder).flatMap((file) => importsOf(file).filter((entry) => forbidden.test(targetOf(entry))));
    expect(crossing('src', /^(demo|test|bench|scripts)\//).map(asLine)).to.deep.equal([]);
    expect(crossing('demo', /^(src|test|bench|scripts)\//).map(asLine)).to.deep.equal([]);
  });

  it('keeps SQL in store/ and db/', () => {
    const outside = files.filter((file) => !/^(store|db)\//.test(file));
    expect(
      outside.filter((file) =>
        /\b(selectFrom|insertInto|replaceInto|mergeInto|updateTable|deleteFrom|inserter)\(/.test(codeOf(`src/${file}`)),
      ),
    ).to.deep.equal([]);
  });

  it('writes no statements that change rows by hand outside db/, where no rule about tables would see them', () => {
    const statement = /\b(insert\s+into|replace\s+into|merge\s+into|delete\s+from|update\s+\S+\s+set)\b/i;
    expect(files.filter((file) => !file.startsWith('db/') && statement.test(codeOf(`src/${file}`)))).to.deep.equal([]);
  });

  it('writes each table in one module of store/', () => {
    const inStore = files.filter((file) => file.startsWith('store/') && file !== EXPIRED);
    const writes = inStore.flatMap((file) => [...new Set(tablesWritten(file))].map((table) => ({ table, file })));
    const writers = Object.groupBy(writes, ({ table }) => table);
    const shared = Object.values(writers).filter((modules) => modules && modules.length > 1);
    expect(shared).to.deep.equal([]);
    expect(Object.keys(writers).sort()).to.deep.equal(Object.keys(tables).sort());
    expect(tablesWritten(EXPIRED), 'deletes what has expired from the tables of its list').to.deep.equal(['table']);
  });

  it('writes users only through people/users.ts', () => {
    const callers = imports.filter(({ from, typeOnly }) => from.endsWith('/writeUsers.ts') && !typeOnly);
    expect(callers.map(({ file }) => file)).to.deep.equal(['people/users.ts', 'people/users.ts']);
  });

  it('changes nothing that belongs into the audit log without recording it', () => {
    const writers = Object.entries(audited).flatMap(([store, unrecorded]) =>
      writersIn(store).filter((name) => !(name in unrecorded)),
    );
    const calls = new RegExp(`\\b(${writers.join('|')})\\(`);
    const callers = files.filter((file) => !file.startsWith('store/') && calls.test(codeOf(`src/${file}`)));
    const silent = callers.filter((file) => !valueImportsOf(file).some((target) => recorders.includes(target)));
    expect(silent.filter((file) => !(file in recordedByCallers))).to.deep.equal([]);
    expect(
      Object.keys(recordedByCallers).filter((file) => !silent.includes(file)),
      'listed without need',
    ).to.deep.equal([]);
    const unknown = Object.entries(audited).flatMap(([store, unrecorded]) =>
      Object.keys(unrecorded).filter((name) => !writersIn(store).includes(name)),
    );
    expect(unknown, 'is no writer').to.deep.equal([]);
  });

  it('has a test file for each file with logic, of the same name or named in testedIn', () => {
    const tests = filesIn('test', /\.test\.ts$/).map((file) => file.replace('test/', ''));
    const alone = files.filter((file) => exportsLogic(file) && !tests.includes(mirrorOf(file)));
    const missing = alone.filter((file) => !(file in testedIn));
    expect(missing, 'add the test file, or name it in testedIn').to.deep.equal([]);
    const named = Object.entries(testedIn);
    expect(
      named.filter(([file]) => !alone.includes(file)),
      'remove from testedIn',
    ).to.deep.equal([]);
    expect(
      named.filter(([file, test]) => !tests.includes(test) || !isTestOf(test, file)),
      'is no test of it',
    ).to.deep.equal([]);
  });

  it('keeps no state in modules', () => {
    expect(files.flatMap((file) => stateIn(file).map((name) => `${file}: ${name}`))).to.deep.equal([]);
  });

  it('isolates the names in sentences of views, which may be written from right to left', () => {
    const name =
      /<%= (?:nameOf\([^%]*?\)|(?:\w[\w.[\]]*\.)?(?:name|displayName|author|decidedBy|revokedBy|startedBy)|creator) %>/g;
    const bare = filesIn('views', /\.ejs$/).flatMap((view) => {
      const text = read(view);
      return [...text.matchAll(name)].flatMap(({ 0: found, index }) => {
        const [before, after] = [text.slice(0, index), text.slice(index + found.length)];
        const isAlone = /^\s*<\/(?!span)/.test(after) || (/<\w[^<>]*>$/.test(before) && /^<\//.test(after));
        const isText = /="[^"<>]*(?:<%[^%]*%>[^"<>]*)*$|<title>[^\n]*$/.test(
          before.slice(before.lastIndexOf('\n') + 1),
        );
        return isAlone || isText || found.includes('intranet.') ? [] : [`${view}:${before.split('\n').length}`];
      });
    });
    // A link, whose name is all but the last; and the name of a check.
    expect(bare).to.deep.equal(['views/intranet/login.ejs:34', 'views/settings/activity/messages.ejs:21']);
  });

  it('keeps lines of views short', () => {
    const views = [...filesIn('views', /\.ejs$/), ...filesIn('demo/views', /\.ejs$/)];
    const long = views.flatMap((view) =>
      read(view)
        .split('\n')
        .flatMap((line, index) => (line.length > MAX_VIEW_LINE ? [`${view}:${index + 1}`] : [])),
    );
    expect(long).to.deep.equal([]);
  });

  it('renders a view from the file of the same path', () => {
    const screens = files.filter((file) => /^(admin|intranet)\//.test(file));
    const rendered = screens.flatMap((file) => viewsIn(file).map((view) => ({ file, view })));
    const astray = rendered.filter(({ file, view }) => !(view in renderedElsewhere) && view !== viewOf(file));
    expect(astray).to.deep.equal([]);
    const needed = rendered.filter(({ file, view }) => view !== viewOf(file)).map(({ view }) => view);
    expect(Object.keys(renderedElsewhere).filter((view) => !needed.includes(view))).to.deep.equal([]);
  });

  it('keeps files short, or says why not', () => {
    const tooLong = files.filter((file) => linesOf(`src/${file}`) > 250);
    expect(tooLong.filter((file) => !(file in long))).to.deep.equal([]);
    expect(
      Object.keys(long).filter((file) => !tooLong.includes(file)),
      'listed and short again',
    ).to.deep.equal([]);
  });
});

function isAgainstTheRule({ file, from, typeOnly }: Import): boolean {
  const target = inSrc(targetOf({ file: `src/${file}`, from }));
  const [own, other] = [partOf(file), partOf(target)];
  if (own === other || plain.includes(other) || openToAll.includes(target)) return false;
  if (typeOnly && (other === 'db' || plain.includes(own))) return false;
  return !(mayImport[own] ?? []).includes(other);
}

function circles(): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const next = new Map(files.map((file) => [file, valueImportsOf(file)]));
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (finished.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

function valueImportsOf(file: string): string[] {
  const own = importsOf(`src/${file}`).filter(({ from, typeOnly }) => from.startsWith('.') && !typeOnly);
  return own.map((entry) => inSrc(targetOf(entry)));
}

function outsideIn(file: string): string[] {
  const code = codeOf(`src/${file}`);
  const found = Object.keys(edges).filter((what) => code.includes(what));
  const fromCrypto = /import \{([^}]*)\} from 'node:crypto'/.exec(code)?.[1] ?? '';
  if (/\b(random\w+|generateKey\w*|getRandomValues|webcrypto)\b/.test(fromCrypto)) found.push('crypto.randomBytes');
  return found.filter((what) => !edges[what as keyof typeof edges].some((place) => place === file));
}

/** The tables that a file writes. One that is not named in the call itself is given as it is written there. */
function tablesWritten(file: string): string[] {
  const code = codeOf(`src/${file}`);
  const calls = code.matchAll(/\b(?:insertInto|replaceInto|mergeInto|updateTable|deleteFrom|inserter)\(\s*([^,)]*)/g);
  return [...calls].map(([, table = '']) => table.trim().replace(/^(['"])(\w+)\1$/, '$2'));
}

/** The functions of a module of store/ that change something: those that are named by a verb of neither reading nor locking. */
function writersIn(file: string): string[] {
  const exported = codeOf(`src/${file}`).matchAll(/^export (?:(?:async )?function\*?|const) (\w+)/gm);
  const names = [...exported].map(([, name = '']) => name);
  return names.filter((name) => !/^(find|list|count|has|lock|read|select)(?![a-z])/.test(name));
}

function mirrorOf(file: string): string {
  return file.replace(/\.ts$/, '.test.ts');
}

/** Whether a file exports more than types and constants. */
function exportsLogic(file: string): boolean {
  return /^export (default )?(async )?(function|class)|^export const \w+(: [^=\n]+)? = (async )?[(<]/m.test(
    codeOf(`src/${file}`),
  );
}

/** Whether a test, or its support, imports a file or one that imports it, or starts the routes of the application. */
function isTestOf(test: string, file: string): boolean {
  const used = importedBySupport(`test/${test}`);
  if (used.some((target) => /^src\/(app|cli\/run|.*\/routes)\.ts$/.test(target))) return true;
  return used.some((target) => [target, ...importsOf(target).map(targetOf)].includes(`src/${file}`));
}

/** The files of src/ that a file of test/ imports, itself or by way of others of test/. */
function importedBySupport(start: string): string[] {
  const reached = [start];
  for (const file of reached) {
    const targets = file.startsWith('test/') ? importsOf(file).map(targetOf) : [];
    reached.push(...targets.filter((target) => /^(src|test)\/.*\.ts$/.test(target) && !reached.includes(target)));
  }
  return reached.filter((file) => file.startsWith('src/'));
}

/** Variables of a module, and its collections that are filled after it was loaded. */
function stateIn(file: string): string[] {
  const code = codeOf(`src/${file}`);
  const variables = [...code.matchAll(/^(?:export )?let (\w+)/gm)];
  const collections = [...code.matchAll(/^(?:export )?const (\w+)[^=\n]*= (?:new (?:Weak)?(?:Map|Set)\b|\[|\{)/gm)];
  const isFilled = (name: string) =>
    new RegExp(`\\b${name}(\\.(set|add|delete|clear|push|pop|shift|unshift|splice)\\(|\\[[^\\]]+\\] = )`).test(code);
  return [...variables, ...collections.filter(([, name = '']) => isFilled(name))].map(([, name = '']) => name);
}

function viewsIn(file: string): string[] {
  return [...codeOf(`src/${file}`).matchAll(/\brender\(\s*'([^']+)'/g)].map(([, view = '']) => view);
}

/** The view of a screen: settings/people/edit for admin/people/edit.ts, intranet/home for intranet/home.ts. */
function viewOf(file: string): string {
  return file.replace(/^admin\//, 'settings/').replace(/\.ts$/, '');
}

function partOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function linesOf(file: string): number {
  return read(file).trimEnd().split('\n').length;
}

function inSrc(file: string): string {
  return file.replace(/^src\//, '');
}

function asLine({ file, from }: Import): string {
  return `${file} imports ${from}`;
}
