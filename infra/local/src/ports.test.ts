import { describe, expect, it } from 'vitest';
import { namedPorts, portPlanFrom } from './ports.ts';

describe('portPlanFrom', () => {
  it('gives every listener a port of its own', () => {
    const ports = namedPorts(portPlanFrom({}, 3)).map(([, port]) => port);
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports).toContain(8080);
    expect(portPlanFrom({}, 3).kafka).toEqual([19092, 19093, 19094]);
  });

  it('takes a port from the environment, an empty one being none', () => {
    expect(portPlanFrom({ CHAPPE_PORT: '9000', CHAPPE_OIDC_PORT: '' }, 1)).toMatchObject({
      public: 9000,
      oidc: 8081,
    });
  });

  it('names what is no port and what meets another', () => {
    expect(() => portPlanFrom({ CHAPPE_PORT: 'http' }, 1)).toThrow('CHAPPE_PORT is not a port: http');
    expect(() => portPlanFrom({ CHAPPE_PORT: '8081' }, 1)).toThrow(/same port 8081/);
  });
});
