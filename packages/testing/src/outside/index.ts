/** What the system meets on the outside: devices, identity providers, browsers, servers that take webhooks. */
export { type Misbehaviour, SoftwareAuthenticator, totpCode } from './authenticator.js';
export { Browser, type Person, type ProviderOptions, startProvider, type TestProvider } from './oidc-provider.js';
export { REACHES_RECEIVER, type Received, type Receiver, startReceiver } from './receiver.js';
