export { type Application, Applications, type Telling } from './applications.js';
export { ApprovalsModule } from './approvals.module.js';
export { Deciders } from './deciders.js';
export { deadline, dueAfter } from './domain/wall-clock.js';
export { type Applicant, type Assessment, assess, priorityOf, type Step } from './domain/workflow.js';
export { WorkflowsService } from './workflows.service.js';
