export declare function mixedMessages(count: number): string[];
