/** Names under which secrets travel; their values are neither printed nor hashed. */
export const SECRETS = [
  'password',
  'newPassword',
  'currentPassword',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  'authorization',
  'cookie',
  'apiKey',
  'challenge',
];
