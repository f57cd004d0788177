export { type Application, Applications } from './applications.js';
export { ApprovalsModule } from './approvals.module.js';
export { dueAfter } from './domain/wall-clock.js';
export { type Applicant, type Assessment, assess, priorityOf, type Step } from './domain/workflow.js';
export { WorkflowsService } from './workflows.service.js';
