export { AuditFeed, OWN_AUDIT_STREAM } from './audit-feed.consumer.js';
export { ComplianceModule } from './compliance.module.js';
export { findConsents, publishConsents, publishRequests } from './privacy/index.js';
