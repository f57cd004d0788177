/** Names under which secrets travel; their values are neither printed nor hashed. */
export const SECRETS = [
  'password',
  'newPassword',
  'currentPassword',
  'token',
  'accessToken',
  'refreshToken',
  'secret',
  'clientSecret',
  'clientKey',
  'authorization',
  'cookie',
  'apiKey',
  'challenge',
];
