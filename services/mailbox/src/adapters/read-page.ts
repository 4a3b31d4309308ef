import { z } from 'zod';
import type { Page } from '../domain/compose-reminder.ts';

const shape = z.object({
  reference: z.string(),
  kind: z.enum(['ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT', 'COMPLY', 'REVIEW']),
  urgency: z.enum(['FLASH', 'URGENT', 'ROUTINE']),
  status: z.enum(['ACTUAL', 'EXERCISE']),
  positions: z.array(z.string()),
});

/** A page as an errand keeps it; whatever else a payload may hold goes no further. */
export function readPage(payload: unknown): Page {
  return shape.parse(payload);
}
