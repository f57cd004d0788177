export { Demand } from './demand.js';
export { ReportsModule } from './reports.module.js';
