import { consentOperations } from './privacy.consents.js';
import { participantOperations } from './privacy.participants.js';
import { dataSubjectRequestOperations } from './privacy.requests.js';

export * from './privacy.consents.js';
export * from './privacy.participants.js';
export * from './privacy.requests.js';

export const privacyOperations = [...consentOperations, ...dataSubjectRequestOperations, ...participantOperations];
