import type { SystemConfigDefinition } from '@platform/contracts';
import { compiled } from '../../settings/index.js';

export const PLATFORM = 'platform';

/** Configuration of PLATFORM itself, and of which type it is. */
export interface PlatformConfigs {
  'platform.flag-approvals': number;
}

export const PLATFORM_CONFIGS: (SystemConfigDefinition & { key: keyof PlatformConfigs })[] = [
  {
    key: 'platform.flag-approvals',
    title: {
      nb: 'Hvor mange andre som må godkjenne endringer av funksjonsbrytere',
      nn: 'Kor mange andre som må godkjenne endringar av funksjonsbrytarar',
      en: 'How many others must approve a change of a feature flag',
    },
    schema: { type: 'integer', minimum: 0, maximum: 5 },
    default: { value: 0 },
  },
];

/** A configuration that can judge values. */
export interface Definition extends SystemConfigDefinition {
  problems(value: unknown): { path: string; code: string; message: string }[];
}

/** Ready to judge values. A definition whose schema does not compile was refused when its manifest was registered. */
export function ready(owner: string, definitions: readonly SystemConfigDefinition[]): Definition[] {
  const { settings } = compiled(owner, definitions, 'systemConfigs');
  return definitions.flatMap((definition) => {
    const setting = settings.get(definition.key);
    return setting ? [{ ...definition, problems: (value: unknown) => setting.problems(value) }] : [];
  });
}
