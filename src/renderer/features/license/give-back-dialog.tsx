import { Modal } from '@mantine/core';
import { IconFileDownload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LicenseView } from '../../../contract/client/state.ts';
import { Button } from '../../components/button.tsx';
import dialog from '../../components/confirm-dialog.module.css';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useToast } from '../../components/toasts.tsx';
import { saveFile } from '../../lib/save-file.ts';
import { useReturnFocus } from '../../lib/use-return-focus.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';

interface Receipt {
  readonly fileName: string;
  readonly content: string;
}

/** Ends the license on this device, its own or a borrowed one. Without network the portal is told by a receipt that somebody takes there. */
export function GiveBackDialog({ view, onClose }: { view: LicenseView; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const kind = view.kind === 'borrow' ? 'borrow' : 'license';
  const words = kind === 'borrow' ? 'return' : 'giveBack';
  const running = view.programs.filter((use) => use.state === 'running').length;
  const offline = useAppState((state) => state.connection.state === 'offline');

  async function giveBack(): Promise<unknown> {
    const { licenses } = client;
    const call = kind === 'borrow' ? licenses.returnBorrowed : licenses.giveBack;
    const { told, fileName, content } = await call({ product: view.product });
    if (told || fileName === null || content === null) {
      toast.show({ text: t(`license.${words}.done`, { product: view.productName }) });
      return;
    }
    setReceipt({ fileName, content });
    return 'stay';
  }

  if (receipt !== null) return <ReceiptDialog kind={kind} receipt={receipt} onClose={onClose} />;
  return (
    <ConfirmDialog
      title={t(`license.${words}.title`, { product: view.productName })}
      confirm={t(`license.${words}.confirm`)}
      danger={kind === 'license' || (offline && running > 0)}
      onConfirm={giveBack}
      onClose={onClose}
    >
      {offline && kind === 'borrow' ? null : <p>{t(`license.${words}.text`)}</p>}
      <p>{t(`license.${words}.offline`)}</p>
      {kind === 'borrow' && running > 0 && (
        <p>{t(offline ? 'license.release.running' : 'license.return.running', { count: running })}</p>
      )}
    </ConfirmDialog>
  );
}

function ReceiptDialog({
  kind,
  receipt,
  onClose,
}: {
  kind: 'license' | 'borrow';
  receipt: Receipt;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [offered, setOffered] = useState(false);
  const [asking, setAsking] = useState(false);
  const save = useRef<HTMLButtonElement>(null);
  useReturnFocus();

  /** It is asked once more, also when the file was handed over: where to save it may have been asked, and given up. The place stays taken without it. */
  function leave() {
    if (asking) return onClose();
    setAsking(true);
    save.current?.focus();
  }

  return (
    <Modal
      opened
      onClose={leave}
      title={t('license.receipt.title')}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className={dialog.form}>
        <div className={dialog.words}>
          <p>{t('license.receipt.text')}</p>
          <p>{t(`license.receipt.${kind}.consequence`)}</p>
        </div>
        <p role="status">
          {offered
            ? t(asking ? `license.receipt.${kind}.sure` : 'common.checkSaved', { fileName: receipt.fileName })
            : asking && t(`license.receipt.${kind}.unsaved`)}
        </p>
        <div className={dialog.buttons}>
          <Button onClick={leave}>
            {asking && !offered ? t('license.receipt.leave') : t('common.close')}
          </Button>
          <Button
            ref={save}
            variant="filled"
            data-autofocus
            leftSection={<IconFileDownload size={16} stroke={1.75} aria-hidden />}
            onClick={() => {
              saveFile(receipt.fileName, receipt.content);
              setOffered(true);
            }}
          >
            {t('license.receipt.save')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
