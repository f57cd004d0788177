export { importTenant } from './lifecycle/import.js';
export {
  type MembershipRow,
  type OrganizationRow,
  type TenantRow,
  toMembershipState,
  toOrganizationState,
  toTenantState,
} from './tenancy.mapper.js';
export { TenancyModule } from './tenancy.module.js';
