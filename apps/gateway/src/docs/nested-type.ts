import type { Class } from '@kit/contracts';
// The only place where class-transformer says which class a property nests.
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';

/** Class that a property nests (`@Nested`, `@ListOf`), or null. */
export function nestedTypeOf(type: Class<object>, name: string): Class<object> | null {
  const validated = getMetadataStorage()
    .getTargetValidationMetadatas(type, '', true, false)
    .some((metadata) => metadata.propertyName === name && metadata.type === 'nestedValidation');
  if (!validated) return null;
  const metadata = defaultMetadataStorage.findTypeMetadata(type, name);
  return (metadata?.typeFunction() as Class<object> | undefined) ?? null;
}
