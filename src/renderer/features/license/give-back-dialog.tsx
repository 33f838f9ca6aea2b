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
import { useClient } from '../../lib/window-context.tsx';

interface Receipt {
  readonly fileName: string;
  readonly content: string;
}

/** Ends the license on this device. Without network the portal is told by a receipt that somebody takes there. */
export function GiveBackDialog({ view, onClose }: { view: LicenseView; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const [receipt, setReceipt] = useState<Receipt | null>(null);

  async function giveBack(): Promise<unknown> {
    const { told, fileName, content } = await client.licenses.giveBack({ product: view.product });
    if (told || fileName === null || content === null) {
      toast.show({ text: t('license.giveBack.done', { product: view.productName }) });
      return;
    }
    setReceipt({ fileName, content });
    return 'stay';
  }

  if (receipt !== null) return <ReceiptDialog receipt={receipt} onClose={onClose} />;
  return (
    <ConfirmDialog
      title={t('license.giveBack.title', { product: view.productName })}
      confirm={t('license.giveUp.give-back')}
      danger
      onConfirm={giveBack}
      onClose={onClose}
    >
      <p>{t('license.giveBack.text')}</p>
      <p>{t('license.giveBack.offline')}</p>
    </ConfirmDialog>
  );
}

function ReceiptDialog({ receipt, onClose }: { receipt: Receipt; onClose: () => void }) {
  const { t } = useTranslation();
  const [offered, setOffered] = useState(false);
  const [asking, setAsking] = useState(false);
  const save = useRef<HTMLButtonElement>(null);
  useReturnFocus();

  /** It is asked once more, also when the file was handed over: where to save it may have been asked, and given up. The key's place stays taken without it. */
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
          <p>{t('license.receipt.consequence')}</p>
        </div>
        <p role="status">
          {offered
            ? t(asking ? 'license.receipt.sure' : 'common.checkSaved', { fileName: receipt.fileName })
            : asking && t('license.receipt.unsaved')}
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
