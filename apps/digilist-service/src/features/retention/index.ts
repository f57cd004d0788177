export { RetentionJob } from './retention.job.js';
export { RetentionModule } from './retention.module.js';
