import type { ErrorCode, SessionEndReason } from '../../contract/errors.ts';
import type { StateStore } from '../parts.ts';

/** What the person hears of the end of a session: where the company took the access, no sign-in helps and no program goes on. */
export function endCode(reason: SessionEndReason | undefined): 'session-ended' | 'access-ended' {
  return reason === 'suspended' || reason === 'deleted' ? 'access-ended' : 'session-ended';
}

/** The same of the last end, as its notice says it: only the answer to a renewal has the reason. */
export function lastEndCode(state: StateStore): 'session-ended' | 'access-ended' {
  const isTaken = ({ id, code }: { id: string; code: ErrorCode }) =>
    id === 'session-ended' && code === 'access-ended';
  return state.get().notices.some(isTaken) ? 'access-ended' : 'session-ended';
}
