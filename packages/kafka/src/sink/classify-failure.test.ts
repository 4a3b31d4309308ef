import { expect, it } from 'vitest';
import { PauseUntilUpgrade, PoisonRecord, PublicationFailed } from '../failures.ts';
import { classifyFailure } from './classify-failure.ts';

const error = (fields: object, name = 'Error') =>
  Object.assign(new Error('values stay out'), { name }, fields);

it.each([
  ['a moved offset', error({}, 'StaleOffset'), 'stale', 'StaleOffset'],
  ['a poison record', new PoisonRecord('UNDECODABLE'), 'poison', 'UNDECODABLE'],
  ['a newer release', new PauseUntilUpgrade('SCHEMA_12'), 'pause', 'SCHEMA_12'],
  ['what a transaction marked', error({ transient: true, code: '53100' }), 'transient', '53100'],
  ['data that the database refuses', error({ transient: false, code: '22021' }), 'poison', '22021'],
  ['a publication without acknowledgement', new PublicationFailed('timeout', true), 'transient', 'timeout'],
  ['a publication that can never be', new PublicationFailed('too-large', false), 'poison', 'too-large'],
  ['an unmarked loss of the server', error({ code: '57P01' }), 'transient', '57P01'],
  ['an unmarked full disk', error({ code: '53100' }), 'transient', '53100'],
  ['unmarked, too many connections', error({ code: '53300' }), 'transient', '53300'],
  ['an unmarked read-only database', error({ code: '25006' }), 'transient', '25006'],
  ['an assertion', error({ code: 'ERR_ASSERTION' }, 'AssertionError'), 'unexpected', 'ERR_ASSERTION'],
  ['a number out of range', new RangeError('x'), 'unexpected', 'RangeError'],
  ['an unmarked network error', error({ code: 'ECONNREFUSED' }), 'transient', 'ECONNREFUSED'],
  ['a bug', new TypeError('x'), 'unexpected', 'TypeError'],
])('%s', (_, thrown, kind, code) => {
  expect(classifyFailure(thrown)).toEqual({ kind, code });
});

it('never takes a text for a code', () => {
  const leaking = error({ code: 'key (name)=(Jean Dupont) exists', reason: 'no such name' });
  expect(classifyFailure(leaking).code).toBe('Error');
  expect(classifyFailure('a string')).toEqual({ kind: 'unexpected', code: 'NOT_AN_ERROR' });
});
