/** Tokens of PLATFORM are made and read as everywhere. */
export {
  isSecret,
  type NewOpaqueToken,
  newOpaqueToken,
  type OpaqueToken,
  parseOpaqueToken,
  partsOf,
  randomSecret,
  sha256,
} from '@kit/service';
