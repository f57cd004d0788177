/** Keys belong to no tenant, and the service's own role only reads them: all this is of the system role. */
export const SIGNING_KEYS = `
  SELECT id, status, published_at AS "publishedAt", activated_at AS "activatedAt", retired_at AS "retiredAt",
    rotation_requested AS "rotationRequested"
  FROM platform.signing_keys FOR UPDATE`;

/** At most one is upcoming; whoever comes second leaves it at that. */
export const PUBLISH_KEY = `
  INSERT INTO platform.signing_keys (id, kid, algorithm, public_jwk, private_key_sealed, status, published_at)
  VALUES ($1, $2, 'ES256', $3, $4, 'upcoming', $5)
  ON CONFLICT (status) WHERE status = 'upcoming' DO NOTHING`;

export const REQUEST_ROTATION = `
  UPDATE platform.signing_keys SET rotation_requested = true, updated_at = $1, version = version + 1
  WHERE status = 'active' AND NOT rotation_requested`;

export const UPCOMING_KEY = `
  SELECT kid, published_at AS "publishedAt" FROM platform.signing_keys WHERE status = 'upcoming'`;

export const RETIRE_KEY = `
  UPDATE platform.signing_keys
  SET status = 'retired', retired_at = $2, rotation_requested = false, updated_at = $2, version = version + 1
  WHERE id = $1 AND status = 'active'`;

export const ACTIVATE_KEY = `
  UPDATE platform.signing_keys SET status = 'active', activated_at = $2, updated_at = $2, version = version + 1
  WHERE id = $1 AND status = 'upcoming'`;

export const REMOVE_KEY = "DELETE FROM platform.signing_keys WHERE id = $1 AND status = 'retired'";

export const SEALED_KEYS = 'SELECT id, private_key_sealed AS sealed FROM platform.signing_keys';

/** Unless somebody else has sealed it since. */
export const RESEAL_KEY = `
  UPDATE platform.signing_keys SET private_key_sealed = $3, updated_at = $4, version = version + 1
  WHERE id = $1 AND private_key_sealed = $2`;
