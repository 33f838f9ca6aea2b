import { z } from 'zod';
import { errorCodeSchema, errorDataSchema } from '../errors.ts';
import { instantSchema } from '../primitives.ts';

/** A refusal or fault as the window shows it: the code chooses the text, the data fills it. */
export const problemSchema = z.object({ code: errorCodeSchema, data: errorDataSchema, at: instantSchema });
export type Problem = z.infer<typeof problemSchema>;
