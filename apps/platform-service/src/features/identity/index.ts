export { endSessionsOf, sessionsEnded } from './end-sessions.js';
export { requireFreshAuthentication } from './factors/freshness.js';
export { hasSecondFactor } from './factors/holder.js';
export { toUserState, type UserRow } from './identity.mapper.js';
export { IdentityModule } from './identity.module.js';
export { giveNewcomerRoles } from './newcomer-roles.js';
export { Passwords } from './passwords.js';
export { publicKeys, SigningKeys } from './signing-keys.js';
export { allowedFirst, insertUser, type NewUser, setFirstPassword } from './users.service.js';
