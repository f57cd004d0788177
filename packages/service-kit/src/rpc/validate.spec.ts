import { describe, expect, it } from '@jest/globals';
import { ListOf, Text, Whole } from '@kit/contracts';
import { violations } from './validate.js';

class Flat {
  @Text({ min: 1 })
  name: string;
}
class Wheel {
  @Whole({ min: 1 })
  size: number;
}
class Cart {
  @ListOf(() => Wheel)
  wheels: Wheel[];
}

const paths = (type: new () => object, json: string) =>
  violations(type, JSON.parse(json) as object).errors.map(({ path, code }) => `${path} ${code}`);

describe('violations', () => {
  it('names every field, nested or not', () => {
    expect(paths(Flat, '{"name":"","age":1}').sort()).toEqual(['age UNKNOWN_PROPERTY', 'name MIN_LENGTH']);
    expect(paths(Cart, '{"wheels":[{"size":0,"colour":"red"}]}').sort()).toEqual([
      'wheels.0.colour UNKNOWN_PROPERTY',
      'wheels.0.size MIN',
    ]);
  });

  it('says once that something is not there, and not how it would have to look', () => {
    expect(paths(Flat, '{}')).toEqual(['name REQUIRED']);
    expect(paths(Cart, '{"wheels":[{}]}')).toEqual(['wheels.0.size REQUIRED']);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('cannot be led to other rules by a property named %s', (name) => {
    expect(paths(Flat, `{"${name}":{"name":"x"},"name":""}`)).toEqual(expect.arrayContaining(['name MIN_LENGTH']));
    expect(paths(Flat, `{"${name}":{"constructor":1},"name":"x"}`)).toEqual([`${name} UNKNOWN_PROPERTY`]);
    expect(({} as { name?: string }).name).toBeUndefined();
  });
});
