import { type ComponentType, Suspense, useState } from 'react';
import { Button } from './button.tsx';

/** A way out within a notice: opens a dialog, whose code (`lazy`) is fetched then. */
export function DialogButton({
  label,
  dialog: Dialog,
}: {
  label: string;
  dialog: ComponentType<{ onClose: () => void }>;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" onClick={() => setOpen(true)}>
        {label}
      </Button>
      {isOpen && (
        <Suspense>
          <Dialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
