import type { Subject } from '@chappe/policy';
import type { FastifyRequest } from 'fastify';

const identity = Symbol('chappe.subject');

/** Where the guard leaves the subject and `request.subject` finds it. */
export const subjectOf = {
  set(request: FastifyRequest, subject: Subject): void {
    Reflect.set(request, identity, subject);
  },
  get(request: FastifyRequest): Subject {
    const subject: Subject | undefined = Reflect.get(request, identity);
    if (subject === undefined)
      throw new Error('request.subject was read on a route that authenticates nobody');
    return subject;
  },
};
