export { consented, requireUnrestricted } from './gates.js';
export { PersonalDataWorker } from './personal-data.worker.js';
export { DIGILIST_REGISTRY, PERSONAL_DATA } from './registry.js';
export { RetentionOfErased } from './retention.job.js';
