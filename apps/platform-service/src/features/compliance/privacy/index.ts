export { consented, findConsents, publishConsents, requireConsent } from './consents.service.js';
export { PrivacyModule } from './privacy.module.js';
export { privacyProblems, putConsentPurposes } from './purposes.js';
export { publishRequests } from './request-steps.js';
