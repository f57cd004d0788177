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

/** Names under which people appear. They are in the databases and in messages, and in no log: there are ids. */
export const PERSONAL = ['email', 'phone', 'birthDate', 'nationalId', 'pid'];
