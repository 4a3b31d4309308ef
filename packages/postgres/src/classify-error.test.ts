import { describe, expect, it } from 'vitest';
import { classifyPostgresError, isOutage, markTransient } from './classify-error.ts';

const serverError = (code: string) => Object.assign(new Error('refused'), { code, severity: 'ERROR' });

describe('classifyPostgresError', () => {
  it.each([
    ['08006', 'connection failure'],
    ['57P01', 'administrator ended the session'],
    ['57P03', 'cannot connect now'],
    ['57014', 'statement time-out'],
    ['53300', 'too many connections'],
    ['53100', 'disk full'],
    ['55P03', 'lock time-out'],
    ['58030', 'I/O error'],
    ['42P01', 'missing table: the deployment, not the record'],
    ['42501', 'missing right: the deployment, not the record'],
    ['25006', 'read-only after a failover'],
  ])('%s (%s) is transient', (code) => {
    expect(classifyPostgresError(serverError(code))).toBe('transient');
  });

  it.each([
    ['22021', 'NUL in text'],
    ['22P02', 'malformed value'],
    ['23505', 'duplicate key'],
    ['23514', 'check violated'],
    ['54000', 'index row too large'],
  ])('%s (%s) is permanent', (code) => {
    expect(classifyPostgresError(serverError(code))).toBe('permanent');
  });

  it.each(['40001', '40P01'])('%s repeats the transaction', (code) => {
    expect(classifyPostgresError(serverError(code))).toBe('retry-transaction');
  });

  it('knows the errors that the driver raises without a code', () => {
    expect(classifyPostgresError(new Error('Connection terminated unexpectedly'))).toBe('transient');
    expect(classifyPostgresError(new Error('timeout exceeded when trying to connect'))).toBe('transient');
    expect(classifyPostgresError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe(
      'transient',
    );
  });

  it('waits for a database that is away, not for one that refuses', () => {
    for (const code of ['08006', '53300', '53100', '57P03', '57014', '58030', '25006', '55P03']) {
      expect(isOutage(serverError(code)), code).toBe(true);
    }
    expect(isOutage(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe(true);
    expect(isOutage(new Error('Connection terminated unexpectedly'))).toBe(true);
    for (const code of ['28P01', '3D000', '42601', '42501', '42P01', '23505']) {
      expect(isOutage(serverError(code)), code).toBe(false);
    }
    expect(isOutage(new TypeError('x'))).toBe(false);
  });

  it('leaves errors of others alone', () => {
    expect(classifyPostgresError(new TypeError('x is not a function'))).toBe('not-postgres');
    expect(classifyPostgresError('text')).toBe('not-postgres');
    expect(markTransient(new TypeError('x'))).not.toHaveProperty('transient');
  });

  it('marks what it knows, without overruling an earlier mark', () => {
    expect(markTransient(serverError('53100'))).toHaveProperty('transient', true);
    expect(markTransient(serverError('22021'))).toHaveProperty('transient', false);
    expect(markTransient(Object.assign(serverError('53100'), { transient: false }))).toHaveProperty(
      'transient',
      false,
    );
  });
});
