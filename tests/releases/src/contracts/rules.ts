/** What breaks those who were built against the last release: whom, and what to do instead. */
export const RULES = {
  'operation-removed': [
    'clients and services that call it',
    'Keep it; announce the end of its route (`retired`) and remove it after that day.',
  ],
  'subject-changed': [
    'services of the other release, which call the old subject',
    'Leave the subject; a new one (….v2) belongs to a new operation.',
  ],
  'route-changed': ['clients', 'Leave the route; add an operation with the new one, and retire the old.'],
  'answer-kind-changed': ['clients', 'Leave it; add an operation that answers in the new way.'],
  'request-place-changed': ['clients, which send the property elsewhere', 'Leave it where it was; add a property.'],
  'upload-narrowed': ['clients that upload the type', 'Go on taking the type.'],
  'access-stricter': [
    'callers who were let in',
    'Let the old callers in, or bring a new operation and retire the old.',
  ],
  'module-required': [
    'tenants whose licence does not have the module',
    'Leave it as it was; put the new part into an operation of its own.',
  ],
  'idempotent-dropped': ['clients that try again with the same key', 'Go on honouring Idempotency-Key.'],
  'version-dropped': ['clients that read the ETag', 'Go on answering the version.'],
  'version-required': ['clients that send no If-Match', 'Let If-Match be left out, or bring a new operation.'],
  'request-field-required': [
    'clients, which do not send it',
    'Make it optional, with what happens today as its default.',
  ],
  'request-field-removed': [
    'clients, which still send it: unknown properties are refused',
    'Go on taking it, if only to ignore it, and say so in its description.',
  ],
  'request-type-narrowed': ['clients that send it', 'Go on taking it.'],
  'request-values-narrowed': ['clients that send the value', 'Go on taking it.'],
  'request-limit-narrowed': [
    'clients that use the room they had',
    'Leave the limit, or refuse by a rule of the tenant that has a code.',
  ],
  'request-form-changed': ['clients that write it the old way', 'Go on taking the old form.'],
  'answer-field-removed': ['whoever reads it', 'Keep it; a new version (….v2, a new route) may be without it.'],
  'answer-field-optional': [
    'whoever reads it without asking whether it is there',
    'Go on telling it, null where nothing is known only if it could be null.',
  ],
  'answer-type-widened': ['whoever reads it', 'Add a property beside it.'],
  'answer-values-widened': [
    'whoever has a case for each value',
    'Declare the list open (`open: true`) one release before, or add a property beside it.',
  ],
  'answer-form-changed': ['whoever parses it', 'Add a property beside it.'],
  'event-removed': ['subscribers', 'Go on publishing it; a new version (….v2) may be published beside it.'],
  'event-subject-changed': ['subscribers, who filter by subject', 'Leave the subject.'],
  'event-audience-narrowed': [
    'people who saw it live',
    'Leave the audience; publish another event for those who may know more.',
  ],
  'state-removed': ['services that keep a copy', 'Go on publishing it.'],
  'state-version-changed': [
    'services of the other release, which read the same subject',
    'Add properties instead, or publish the new version under an aggregate of its own.',
  ],
  'code-removed': ['clients that act on the code', 'Keep it; the name of a code never changes.'],
  'code-changed': ['clients that act on the status', 'Leave it; a new meaning is a new code.'],
} as const satisfies Record<string, readonly [whom: string, remedy: string]>;

export type Rule = keyof typeof RULES;
