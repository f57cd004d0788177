/** Version of the public API, as OpenAPI states it. */
export const API_VERSION = '1.0.0';
