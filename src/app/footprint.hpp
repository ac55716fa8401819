// What a process that has started holds in memory.
#pragma once

namespace weir::app {

/// Takes the code that start-up ran out of resident memory: most of it never runs again. What does comes back
/// from the page cache as it is touched. To be called once, when all is ready; a failure changes nothing.
void give_back_code() noexcept;

}  // namespace weir::app
