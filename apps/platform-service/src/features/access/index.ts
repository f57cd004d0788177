export { toRoleState, toUserRoleState } from './access.mapper.js';
export { AccessModule } from './access.module.js';
export { ROLE_STATES, type RoleRow, USER_ROLE_STATES, USER_ROLES_OF_USERS, type UserRoleRow } from './access.sql.js';
export { PlatformAuthority } from './authority.js';
export { GrantsService, type WantedGrant } from './grants.service.js';
export { RolesService } from './roles.service.js';
