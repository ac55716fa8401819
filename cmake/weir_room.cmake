# weir_room(NAME SOURCES … USES …): a room is one static library, linked privately to what it uses.
# All but text itself use text.
function(weir_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES" ${ARGN})
  add_library(weir_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(weir_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(weir_${name} PRIVATE weir_options ${ROOM_USES})
  if(NOT name STREQUAL text)
    target_link_libraries(weir_${name} PRIVATE weir_text)
  endif()
  if(WEIR_PCH AND weir_asio IN_LIST ROOM_USES)
    weir_precompile(weir_${name})
  endif()
endfunction()

# weir_precompile(TARGET): it includes Asio and JSON, which are compiled once, with the room net. Not where ccache, which
# would have to be told, does better: only in builds from nothing.
function(weir_precompile target)
  if(target STREQUAL weir_net)
    target_precompile_headers(weir_net PRIVATE <boost/asio.hpp> <boost/asio/ssl.hpp> <boost/intrusive/list.hpp>
      <nlohmann/json.hpp> <functional> <map> <memory> <optional> <span> <string> <unordered_map> <variant> <vector>)
  else()
    target_precompile_headers(${target} REUSE_FROM weir_net)
  endif()
endfunction()
