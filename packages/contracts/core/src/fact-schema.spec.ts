import { expect, test } from '@jest/globals';
import { factSchema } from './fact-schema.js';
import { Id, Instant, ListOfOneOf, Nested, OneOf, Text, Whole } from './fields.js';

class Fact {
  @Id()
  id: string;

  @OneOf(['open', 'closed'], { nullable: true, description: 'After the fact' })
  status: 'open' | 'closed' | null;

  @Whole({ min: 1, optional: true })
  count?: number;

  @Text({ min: 2, max: 9, example: 'acme' })
  name: string;

  @ListOfOneOf(['a', 'b'], { max: 3, open: true })
  parts: string[];

  @Instant()
  at: string;
}

test('the schema of a fact says what its fields check, and the example fits it', () => {
  const { schema, example } = factSchema(Fact);
  expect(schema.required).toEqual(['id', 'status', 'name', 'parts', 'at']);
  expect(schema.properties).toMatchObject({
    id: { type: 'string', format: 'uuid' },
    status: { enum: ['open', 'closed', null], description: 'After the fact' },
    count: { type: 'integer', minimum: 1 },
    name: { type: 'string', minLength: 2, maxLength: 9 },
    parts: { type: 'array', maxItems: 3, items: { enum: ['a', 'b'] }, 'x-open': true },
    at: { type: 'string' },
  });
  expect(example).toMatchObject({ status: null, count: 1, name: 'acme', parts: [], at: '2026-12-01T18:00:00+01:00' });
});

test('a class within a fact is any object', () => {
  class Deep {
    @Nested(() => Fact)
    inner: Fact;
  }
  expect(factSchema(Deep).schema.properties).toEqual({ inner: { type: 'object' } });
});
