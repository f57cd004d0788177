export { toUserState, type UserRow } from './identity.mapper.js';
export { IdentityModule } from './identity.module.js';
export { Passwords } from './passwords.js';
export { publicKeys } from './signing-keys.js';
export { allowedFirst, insertUser, type NewUser } from './users.service.js';
