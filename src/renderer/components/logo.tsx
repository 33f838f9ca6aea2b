import { useId } from 'react';

/** The door knocker: boss, ring that grows heavier downwards, and the gap where the ring passes behind the boss. */
export function Logo({ size }: { size: number }) {
  const id = useId();
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <mask id={id}>
        <path fill="#fff" d="M0 0h24v24H0z" />
        <circle cx="12" cy="5.1" r="4.5" fill="#000" />
      </mask>
      <g fill="currentColor">
        <path
          mask={`url(#${id})`}
          fillRule="evenodd"
          d="M12 5.4a8.6 8.6 0 1 1 0 17.2a8.6 8.6 0 1 1 0-17.2zM12 6.9a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 1 0 0-12.4z"
        />
        <circle cx="12" cy="5.1" r="3.3" />
      </g>
    </svg>
  );
}
