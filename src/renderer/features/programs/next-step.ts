import type { Problem } from '../../../contract/client/problem.ts';

/** What is offered after a download failed: go on from where it stopped, begin anew, look at the file, or only take it away. */
export type NextStep = 'resume' | 'again' | 'folder' | 'discard';

/**
 * Bytes that are not what was published are thrown away by the core, so that there is nothing to go on from; and a file whose
 * signature leads to no trusted key is never offered again.
 */
export function nextStepOf(code: Problem['code'] | undefined): NextStep {
  switch (code) {
    case 'download-signature':
    case 'not-found':
    case 'forbidden':
      return 'discard';
    case 'download-checksum':
    case 'download-changed':
      return 'again';
    case 'open-failed':
      return 'folder';
    default:
      return 'resume';
  }
}
