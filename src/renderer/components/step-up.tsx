import { ORPCError } from '@orpc/client';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from './confirm-dialog.tsx';

type StepUp = <T>(call: () => Promise<T>) => Promise<T>;
const StepUpContext = createContext<StepUp>((call) => call());

/** Waiting for the password: what to do once it was right, and when the person gives up. */
interface Pending {
  readonly confirmed: () => void;
  readonly given: () => void;
}

/** Asks for the password again wherever the portal wants it, and then repeats what was refused for lack of it. */
export function StepUpProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [pending, setPending] = useState<Pending | null>(null);

  const stepUp = useCallback<StepUp>(async (call) => {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ORPCError) || error.code !== 'confirmation-required') throw error;
      await new Promise<void>((resolve, reject) =>
        setPending({ confirmed: resolve, given: () => reject(new ORPCError('cancelled')) }),
      );
      return call();
    }
  }, []);

  return (
    <StepUpContext value={stepUp}>
      {children}
      {pending !== null && (
        <ConfirmDialog
          title={t('confirm.title')}
          confirm={t('common.continue')}
          password
          onConfirm={async () => pending.confirmed()}
          onClose={() => {
            // After a confirmation this rejects a promise that is settled, which does nothing.
            pending.given();
            setPending(null);
          }}
        >
          <p>{t('confirm.text')}</p>
        </ConfirmDialog>
      )}
    </StepUpContext>
  );
}

/** Runs a call that may need the password. Rejects with the code `cancelled` when the person closes the question. */
export function useStepUp(): StepUp {
  return useContext(StepUpContext);
}
