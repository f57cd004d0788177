import { errorCode } from '@kit/contracts';

export const BLOCK_REMOVED = errorCode('BLOCK_REMOVED', 'conflict', {
  nb: 'Sperringen er fjernet. Lag en ny.',
  nn: 'Sperringa er fjerna. Lag ei ny.',
  en: 'The block was removed. Create a new one.',
});
