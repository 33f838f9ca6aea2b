import type { Use } from '../../contract/client/state.ts';
import { useFormat } from '../lib/format-context.tsx';
import { programName } from '../lib/program-name.ts';
import { useAppState } from '../lib/window-context.tsx';
import classes from './program-tags.module.css';

/** Programs with their versions; the same program asked for twice shows once, with how many. */
export function ProgramTags({ uses }: { uses: readonly Use[] }) {
  const format = useFormat();
  const licenses = useAppState((state) => state.licenses);
  const counts = new Map<string, number>();
  for (const use of uses) {
    const name = `${programName(use.program, { licenses })} ${use.version}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return (
    <ul className={classes.tags}>
      {[...counts].map(([name, count]) => (
        <li key={name} className={classes.tag}>
          {name}
          {count > 1 && <span className={classes.count}>× {format.number(count)}</span>}
        </li>
      ))}
    </ul>
  );
}
