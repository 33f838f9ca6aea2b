import { type ReactNode, useEffect, useRef } from 'react';
import frame from '../setup/step-frame.module.css';

/** A view inside the step that starts with the focus in its place: on the first field, or on the heading when there is only text. */
export function SubView({
  title,
  focus,
  children,
}: {
  title: string;
  focus: 'field' | 'heading';
  children: ReactNode;
}) {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    section.current?.querySelector<HTMLElement>(focus === 'field' ? 'input' : 'h1')?.focus();
  }, [focus]);
  return (
    <section ref={section}>
      <h1 className={frame.title} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </section>
  );
}
