// Freezes the shared intrinsics and takes the powerful ones from compartments.
// Everything before this file runs on mutable intrinsics and must be ours;
// everything after it may meet guests.
'use strict';

lockdown();
engoTameCompartments();
