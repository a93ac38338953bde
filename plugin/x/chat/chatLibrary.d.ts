/**
 * X's chat library, the part without the PIN service: `@xdevplatform/chat-xdk/pkg/chat_xdk_wasm.js`. The package
 * does not export it, so the build gives it this name; the types are the package's own.
 */
declare module 'chat-xdk-engine' {
  import type { AttachmentDescriptor, Chat as TypedChat } from '@xdevplatform/chat-xdk';
  export type {
    ActionSignature,
    PreparedConversationChange as KeyChange,
    PublicKeyRegistrationPayload as Registration,
    SendPayload as Sealed,
    SigningKeyEntry as SigningKey,
    StreamEncryptor as StreamCipher,
  } from '@xdevplatform/chat-xdk';
  export type MediaAttachment = Extract<AttachmentDescriptor, { attachment_type: 'media' }>;
  export class Chat extends TypedChat {
    free(): void;
  }
  export function detectImageDimensions(bytes: Uint8Array): { width: number; height: number } | null;
  export default function init(source: { module_or_path: Uint8Array }): Promise<unknown>;
}
